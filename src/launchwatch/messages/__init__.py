"""The language of LaunchWatch: frozen records, one file per arrow of the flow, and their codecs.

Nothing is handed on from here: processing and control may not import the envelope or the truth, and an import contract
proves it, so every record is imported from its own file.
"""
