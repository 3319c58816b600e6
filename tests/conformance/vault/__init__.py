"""Vault's community clients against its simulator."""
