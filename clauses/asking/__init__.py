"""What is asked of a person by a day: actions, and requests for evidence."""
