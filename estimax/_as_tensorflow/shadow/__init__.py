"""The folder that stands first on a program's path: what is in it shadows an installed TensorFlow."""
