"""What happens without people: due jobs, retries and starts."""
