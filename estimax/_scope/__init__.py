"""Variables by name, and the one ambient context of the package: the call of a model function.

`transform` turns a model function, which makes variables and computes with them
as it goes, into a `Program`: specs of its variables and a pure function of their
values.
"""

from estimax._scope._array_methods import install

install()
