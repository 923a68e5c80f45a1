import { ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { Observable } from 'rxjs';

/** Bodies, queries and paths of REST are checked against their classes; unknown fields are refused. A gRPC stream is no such class. */
export class Validation extends ValidationPipe {
  constructor() {
    super({ whitelist: true, forbidNonWhitelisted: true, transform: true });
  }

  protected override toValidate(metadata: ArgumentMetadata): boolean {
    return metadata.metatype !== Observable && super.toValidate(metadata);
  }
}
