"""Clerk's official clients against its simulator."""
