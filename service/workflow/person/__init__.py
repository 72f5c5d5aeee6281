"""Who acts: accounts, log-ins, tokens and whom somebody acts for."""
