"""Attack assessments: all that threatens now in sixty words, with its sources of doubt."""
