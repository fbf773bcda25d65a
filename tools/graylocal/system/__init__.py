"""This machine: folders, ports, processes, and the certificate of the local site."""
