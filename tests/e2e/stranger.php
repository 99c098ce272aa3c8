<?php
// Copyright (c) 2026 the inforouter-client authors.
// SPDX-License-Identifier: MIT
//
// php-soap for strangers.py: calls come in and answers go out as lines of JSON,
// in which texts are base64.  Usage: stranger.php URL 1.1|1.2

ini_set('display_errors', 'stderr');
ini_set('soap.wsdl_cache_enabled', '0');
$client = new SoapClient("$argv[1]?WSDL", [
    'soap_version' => $argv[2] === '1.2' ? SOAP_1_2 : SOAP_1_1,
    'location' => $argv[1],
    'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
]);

// "struct Lock {\n string AuthenticationTicket;\n string Path;\n}"
$names = [];
foreach ($client->__getTypes() as $type) {
    if (preg_match('/^struct (\w+) {/', $type, $struct)) {
        preg_match_all('/ (\w+);$/m', $type, $fields);
        $names[$struct[1]] = $fields[1];
    }
}

function coded($value)
{
    if (is_object($value) || is_array($value))
        return array_map('coded', (array) $value);
    return base64_encode((string) $value);
}

while (($line = fgets(STDIN)) !== false) {
    [$operation, $values] = json_decode($line);
    foreach ($values as $i => $value)
        if (is_string($value))
            $values[$i] = base64_decode($value);
    $in = array_combine($names[$operation], $values);
    $out = $client->$operation($in)->{"{$operation}Result"} ?? '';
    echo json_encode(coded($out)), "\n";
}
