"""What the names of the files that lie beside a feed have behind the feed's own."""

REJECTS_ENDING = ".rejects.jsonl.gz"
REJECTS_TABLE_ENDING = ".rejects.csv.gz"
DELTAS_ENDING = ".deltas.jsonl.gz"
MANIFEST_ENDING = ".manifest.json"
