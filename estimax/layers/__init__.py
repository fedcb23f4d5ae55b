"""Layers of model functions (`tf.layers`): functions, and the classes behind them."""

from estimax._base._lazy import lazy_attributes
from estimax.layers._batch_normalization import BatchNormalization, batch_normalization
from estimax.layers._convolution import Conv1D, Conv2D, Conv3D
from estimax.layers._convolved import conv1d, conv2d, conv3d
from estimax.layers._dense import Dense, dense
from estimax.layers._dropout import Dropout, dropout
from estimax.layers._flatten import Flatten, flatten
from estimax.layers._input_spec import InputSpec
from estimax.layers._layer import Layer
from estimax.layers._pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
    average_pooling1d,
    average_pooling2d,
    average_pooling3d,
    max_pooling1d,
    max_pooling2d,
    max_pooling3d,
)
from estimax.layers._separable_convolution import SeparableConv1D, SeparableConv2D, separable_conv1d, separable_conv2d
from estimax.layers._transposed_convolution import Conv2DTranspose, Conv3DTranspose, conv2d_transpose, conv3d_transpose

__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "BatchNormalization",
    "Conv1D",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "Dense",
    "Dropout",
    "Flatten",
    "InputSpec",
    "Layer",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "SeparableConv1D",
    "SeparableConv2D",
    "average_pooling1d",
    "average_pooling2d",
    "average_pooling3d",
    "batch_normalization",
    "conv1d",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "dense",
    "dropout",
    "flatten",
    "max_pooling1d",
    "max_pooling2d",
    "max_pooling3d",
    "separable_conv1d",
    "separable_conv2d",
]

__getattr__ = lazy_attributes(__name__, {})
