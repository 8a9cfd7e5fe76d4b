"""Tags: short labels that staff put on companies and contacts."""
