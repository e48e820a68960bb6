"""The model behind `portrait.heard_articulation`: from what speech sounds like to how the mouth moves."""
