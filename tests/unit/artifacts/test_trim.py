"""An artifact keeps the service descriptions that its own code names, and nothing else goes."""

from pathlib import Path

from delivery.artifacts.trim import trim

APP = 'import boto3\n\n\ndef table():\n    """Not s3."""\n    return boto3.client("dynamodb")\n'


def artifact(build: Path, name: str, code: str) -> Path:
    """One with the libraries' data of three services, as `sam build` leaves it."""
    for library in ("botocore", "boto3"):
        for service in ("dynamodb", "ec2", "sts"):
            folder = build / name / library / "data" / service / "2012-08-10"
            folder.mkdir(parents=True)
            (folder / "service-2.json.gz").touch()
        (build / name / library / "data" / "endpoints.json").touch()
    (build / name / "shop").mkdir()
    (build / name / "shop" / "app.py").write_text(code)
    return build / name


def services(where: Path, library: str = "botocore") -> set[str]:
    return {path.name for path in (where / library / "data").iterdir()}


def test_what_the_code_names_stays(tmp_path: Path) -> None:
    made = artifact(tmp_path, "ShopFunction", APP)
    assert trim(tmp_path, own=["shop"]) == 2
    assert services(made) == services(made, "boto3") == {"dynamodb", "sts", "endpoints.json"}


def test_each_artifact_is_looked_at_by_itself(tmp_path: Path) -> None:
    one = artifact(tmp_path, "OneFunction", APP)
    other = artifact(tmp_path, "OtherFunction", APP.replace("dynamodb", "ec2"))
    trim(tmp_path, own=["shop"])
    assert services(one) - services(other) == {"dynamodb"}
    assert services(other) - services(one) == {"ec2"}


def test_names_in_foreign_packages_do_not_count(tmp_path: Path) -> None:
    made = artifact(tmp_path, "ShopFunction", APP)
    (made / "library").mkdir()
    (made / "library" / "module.py").write_text('SERVICES = ["ec2"]\n')
    trim(tmp_path, own=["shop"])
    assert "ec2" not in services(made)


def test_an_artifact_without_botocore_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "Plain" / "shop").mkdir(parents=True)
    (tmp_path / "template.yaml").touch()
    assert trim(tmp_path, own=["shop"]) == 0
