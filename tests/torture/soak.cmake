# Deadlines.
set(environment IR=$<TARGET_FILE:ir>)

function(ir_soak_test name labels)
    add_test(NAME torture-${name} COMMAND ${SYSTEM_PYTHON}
        ${CMAKE_CURRENT_SOURCE_DIR}/${name}.py ${ARGN})
    set_tests_properties(torture-${name} PROPERTIES
        ENVIRONMENT "${environment}"
        TIMEOUT 300
        LABELS "${labels}")
endfunction()

ir_soak_test(deadlines "plain;torture")
# Times say little while others are at work.
set_tests_properties(torture-deadlines PROPERTIES PROCESSORS 2)
