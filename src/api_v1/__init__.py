"""The order API of one lane. Its two copies are the stable lane's and the gray lane's."""
