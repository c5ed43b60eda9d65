"""The stages of Sangdo: language, facts, inference, explain, decision, each importing only upstream."""
