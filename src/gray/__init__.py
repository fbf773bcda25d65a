"""The control plane's logic, in rooms. Nothing here makes a boto3 client.

    release -> what a release is            edge     -> what the edge reads
    history -> what was saved               lanes    -> which lanes there are
    publish -> bringing HEAD to the edge    analysis -> whether gray is worse

Imports go down only: publish to edge, lanes and history; these and analysis to release.
"""
