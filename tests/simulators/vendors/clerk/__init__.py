"""Clerk."""
