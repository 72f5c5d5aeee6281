"""Ways out of the process and into files: mail, other channels, stored files, keys. One file each."""
