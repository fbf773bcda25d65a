"""How the lane context travels: W3C baggage, put into what is sent (`inject`), taken from what arrives (`extract`).

Pure: values in, values out. The modules above, one for each kind of client or function, call it.
"""
