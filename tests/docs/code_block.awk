# Prints the n-th C++ block of a Markdown file: awk -v n=1 -f code_block.awk FILE
/^```cpp$/ { inside = ++count == n; next }
/^```$/ { inside = 0 }
inside
