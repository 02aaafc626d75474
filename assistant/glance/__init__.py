"""What can be said truly of a picture without a language model: text, codes, light, colours, things."""
