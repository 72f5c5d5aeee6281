"""Forms: their fields, what is checked, and the schemas that answers are held to."""
