"""Tests of the simulated OpenAI."""
