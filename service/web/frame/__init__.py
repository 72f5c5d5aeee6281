"""What every page needs: sessions, security, errors, languages, navigation."""
