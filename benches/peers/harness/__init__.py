"""Prepares, runs, compares and prints; knows no peer by name."""
