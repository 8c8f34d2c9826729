# One piece a line becomes one C++ string literal a line.
s/[\\"]/\\&/g
s/.*/"&",/
