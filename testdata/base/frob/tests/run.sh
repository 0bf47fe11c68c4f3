#!/bin/sh
set -e
test "$(./frob a)" = "a: 1, off"
test "$(./frob abc 2)" = "abc: 3, on"
echo ok
