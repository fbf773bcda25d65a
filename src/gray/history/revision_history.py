"""Reading HEAD and the revisions before it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gray.history.revision import Head, NoSuchRevision, Revision, head_of, revision_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = ["RevisionHistory"]

# Revisions that a broken HEAD is made good from: the highest epoch among them is the highest there is.
_NEWEST = 25


class RevisionHistory:
    """The revisions of one environment, to read. Every read is consistent."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def head(self) -> Head | None:
        """HEAD by a consistent read; None when no revision was ever saved. It can be read whatever its item holds."""
        item = self._read("head", 0)
        head = head_of(item, ())
        # Only what is broken costs a second read.
        return head_of(item, self.history(_NEWEST)) if head is None or head.broken else head

    def get(self, number: int) -> Revision:
        """One revision. Raises NoSuchRevision."""
        found = self._read("revision", number)
        if not found:
            raise NoSuchRevision(f"there is no revision {number}")
        return revision_of(found)

    def at(self, head: Head) -> Revision:
        """The revision that HEAD names, in the epoch and state that HEAD says. Raises NoSuchRevision."""
        return replace(self.get(head.revision), epoch=head.epoch, state=head.state)

    def at_or_bare(self, head: Head) -> Revision:
        """As `at`; without a document when the item is gone: a kill must not fail for that."""
        try:
            return self.at(head)
        except NoSuchRevision:
            return Revision(head.revision, head.epoch, head.state, "", head.killed_by, "", "", 0)

    def current(self) -> Revision | None:
        """The revision that HEAD names; a bare one when its item is gone."""
        head = self.head()
        return self.at_or_bare(head) if head else None

    def history(self, limit: int = 20, *, before: int | None = None) -> list[Revision]:
        """The newest revisions first, from below `before` when given."""
        found: list[Revision] = []
        below = before
        while len(found) < limit:
            page = self._page(limit - len(found), below)  # DynamoDB ends a page at 1 MB
            found += page
            if not page:
                break
            below = page[-1].number
        return found

    def acted_on(self, cause: str) -> bool:
        """Whether a kill was HEAD's answer to that cause."""
        return bool(self._read(f"cause:{cause}", 0))

    def epoch_began(self, head: Head | None) -> int:
        """When the epoch of `head` began (unix seconds): that of its oldest revision; 0 when unknown."""
        began, before = 0, head.revision + 1 if head else None
        while head and (page := self.history(25, before=before)):
            for revision in page:
                if revision.epoch != head.epoch:
                    return began
                began = revision.created_at
            before = page[-1].number
        return began

    def _page(self, limit: int, below: int | None) -> list[Revision]:
        condition = "pk = :pk"
        values: dict[str, Any] = {":pk": {"S": "revision"}}
        if below is not None:
            condition += " AND sk < :below"
            values[":below"] = {"N": str(below)}
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=limit,
        )
        return [revision_of(item) for item in answer["Items"]]

    def _read(self, pk: str, sk: int) -> dict[str, Any]:
        answer = self._client.get_item(
            TableName=self._table, Key={"pk": {"S": pk}, "sk": {"N": str(sk)}}, ConsistentRead=True
        )
        return dict(answer.get("Item", {}))
