//gsoap ns service name:	other
//gsoap ns service namespace:	urn:other
//gsoap ns service location:	http://127.0.0.1:1/
//gsoap ns service style:	document
//gsoap ns schema namespace:	urn:other

int ns__add(double a, double b, double *result);
