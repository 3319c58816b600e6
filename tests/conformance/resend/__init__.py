"""Resend's official clients against its simulator."""
