"""Where customers write, one platform a file: what was written there becomes records, and those become comments."""
