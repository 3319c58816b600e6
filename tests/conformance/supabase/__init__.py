"""Supabase, with its official clients for Python (sync and async) and Node."""
