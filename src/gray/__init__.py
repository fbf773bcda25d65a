"""What a release is: model, validation, compile, revisions, publication. Nothing here makes a boto3 client."""
