"""Impact assessments: their sections, what is missing in them, their versions, and what they are printed as."""
