# Largest objects first; the size is what the object takes in the pack.
git rev-list --objects --all |
  git cat-file --batch-check='%(objecttype) %(objectsize:disk) %(rest)' |
  awk '$1 == "blob" { print $2, substr($0, index($0, $3)) }' |
  sort -rn |
  head -n "${1:-20}"
