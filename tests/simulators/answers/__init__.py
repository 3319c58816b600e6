"""Tests of the declared language of answers."""
