"""What a material change of an AI system means for its risks and assessments (ISO 42001 6.1.4, 8.4)."""
