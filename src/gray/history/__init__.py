"""What was saved: revisions and HEAD in DynamoDB, the files of user lists in S3."""
