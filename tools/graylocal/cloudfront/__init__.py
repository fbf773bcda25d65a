"""CloudFront's data plane for one deployed distribution, read through the AWS APIs."""
