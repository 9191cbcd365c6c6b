# lib.hm.booleans: truth values as text.
lib: {
  yesNo = value: if value then "yes" else "no";
}
