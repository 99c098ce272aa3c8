# Writes the file IN as a C array to OUT: cmake -D IN=... -D OUT=... -P embed.cmake
file(READ "${IN}" bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE "${OUT}" "#include \"wsdl.h\"\n\nconst char ir_wsdl_source[] = {\n${bytes}0};\n")
