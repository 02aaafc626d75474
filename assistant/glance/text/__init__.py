"""Reads the text in a picture: the weights of PP-OCR, run by OpenCV."""
