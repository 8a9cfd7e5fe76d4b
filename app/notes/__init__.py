"""Notes that staff write on a company, a site or a contact."""
