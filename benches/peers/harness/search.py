"""A search server: an index made, watched, read and removed."""
import json
import urllib.request

# What an index template for events does: words to find as they are, one field for full text.
MAPPING = {
    "settings": {"number_of_shards": 1, "number_of_replicas": 0, "mapping.total_fields.limit": 2000},
    "mappings": {
        "dynamic_templates": [{"words": {"match_mapping_type": "string", "mapping": {"type": "keyword", "ignore_above": 1024}}}],
        "properties": {"@timestamp": {"type": "date"}, "message": {"type": "text"}},
    },
}
PAGE = 5000


class Search:
    """A server's address."""

    def __init__(self, address):
        self.address = address

    def create(self, index):
        """Makes an index with the mapping that every peer gets."""
        self.ask("PUT", f"/{index}", MAPPING)

    def delete(self, index):
        """Removes an index; one that is not there does no harm."""
        self.ask("DELETE", f"/{index}?ignore_unavailable=true")

    def indexed(self, index):
        """How many documents it has taken so far, to be found or not yet."""
        answer = self.ask("GET", f"/{index}/_stats/indexing")
        return answer["_all"]["primaries"]["indexing"]["index_total"]

    def count(self, index):
        """How many documents are found in it."""
        self.ask("POST", f"/{index}/_refresh")
        return self.ask("GET", f"/{index}/_count")["count"]

    def documents(self, index, fields):
        """Every document, with no more than these fields."""
        asked = {"size": PAGE, "_source": fields, "sort": ["_doc"]}
        answer = self.ask("POST", f"/{index}/_search?scroll=1m", asked)
        while found := answer["hits"]["hits"]:
            for hit in found:
                yield hit["_source"]
            answer = self.ask("POST", "/_search/scroll", {"scroll": "1m", "scroll_id": answer["_scroll_id"]})
        self.ask("DELETE", "/_search/scroll", {"scroll_id": answer["_scroll_id"]})

    def ask(self, method, path, body=None):
        """The answer to a request."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"content-type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)
