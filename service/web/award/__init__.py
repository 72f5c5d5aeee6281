"""Pages of titles once granted: the register, one title, the ledger of what follows."""
