"""What talking heads share that repaint the mouth of a picture or a clip. docs/dubbing.md draws the whole.

A template is the person before they speak, picture by picture. A square of each picture (`crops`) goes to the
engine's `Dubber`, which paints the mouth anew; `paste` lays the lower face of the result (`region`) over the
template, and nothing else of it.
"""
