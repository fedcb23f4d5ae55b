"""Names that programs say and that have nothing, or little, to do here: switches, devices, settings of sessions.

They are taken so that a program runs; what each would have done is in its docstring.
"""
