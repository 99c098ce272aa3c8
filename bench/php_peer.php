<?php
// Copyright (c) 2026 the inforouter-client authors.
// SPDX-License-Identifier: MIT
//
// The whole of a chunked transfer by php-soap, verified as ir verifies it:
//
//     php_peer.php get URL REMOTE FILE CHUNK  or  put URL FILE REMOTE CHUNK
//
// The password comes from the environment, BENCH_PASSWORD.

ini_set('memory_limit', '-1');
ini_set('soap.wsdl_cache_enabled', '0');
[, $verb, $url, $source, $target, $chunk] = $argv;
$client = new SoapClient("$url?WSDL", ['location' => $url]);

function call($operation, $parameters)
{
    global $client;
    $result = $client->$operation($parameters)->{"{$operation}Result"};
    $answer = current(array_filter((array) $result)); // response, or root
    if (strtolower($answer->success) !== 'true')
        exit("php: $operation: $answer->error\n");
    return $answer;
}

function hex($crc)
{
    return strtoupper(dechex($crc));
}

function get($ticket, $remote, $local, $chunk)
{
    $staged = call('GetDownloadHandler', ['AuthenticationTicket' => $ticket,
        'Path' => $remote, 'PreferedChunkSize' => $chunk]);
    $mine = ['authenticationTicket' => $ticket,
        'DownloadHandler' => $staged->downloadhandler];
    $whole = hash_init('crc32b');
    $out = fopen($local, 'wb');
    for ($done = 0; $done < $staged->Size; $done += strlen($part->_)) {
        $part = call('DownloadFileChunk',
            $mine + ['StartOffset' => $done, 'ChunkSize' => $chunk]);
        if (crc32($part->_) !== hexdec($part->chunkCRC32))
            exit("php: wrong CRC of a chunk\n");
        hash_update($whole, $part->_);
        fwrite($out, $part->_);
    }
    fsync($out);
    if (hexdec(hash_final($whole)) !== hexdec($staged->CRC32))
        exit("php: wrong CRC of the document\n");
    call('DeleteDownloadHandler', $mine);
}

function put($ticket, $local, $remote, $chunk)
{
    $made = call('CreateUploadHandler', ['authenticationTicket' => $ticket,
        'PreferedChunkSize' => $chunk]);
    $mine = ['authenticationTicket' => $ticket,
        'uploadHandler' => $made->UploadHandler];
    $left = filesize($local);
    $in = fopen($local, 'rb');
    while ($left > 0) {
        $data = fread($in, (int) $made->ChunkSize);
        $left -= strlen($data);
        call('UploadFileChunk', $mine + ['fileChunk' => $data,
            'chunkHEXCRC' => hex(crc32($data)), 'lastChunk' => $left === 0]);
    }
    call('UploadDocumentWithHandler', $mine + ['path' => $remote]);
    call('DeleteUploadHandler', ['authenticationTicket' => $ticket,
        'UploadHandler' => $made->UploadHandler]);
}

$login = call('AuthenticateUser',
    ['UID' => 'demo', 'PWD' => getenv('BENCH_PASSWORD')]);
$verb($login->ticket, $source, $target, (int) $chunk);
call('LogOut', ['AuthenticationTicket' => $login->ticket]);
