"""str → str and str → kind, no model."""
